/** @file How the head of a data element is written (PS3.5 section 7.1), for those who walk or write elements themselves. */

/** The length of a sequence, an item or encapsulated pixel data that ends at a delimiter (PS3.5 section 7.5). */
export const UNDEFINED_LENGTH = 0xffffffff;

/** Value representations whose explicit form has two reserved bytes and a length of four (PS3.5 section 7.1.2). */
export const LONG_VRS: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
