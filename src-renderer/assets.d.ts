/** @file Files other than code that the bundler imports. */

declare module '*.css';
