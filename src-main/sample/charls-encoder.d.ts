/** @file Types of the encoding half of the JPEG-LS codec package, which comes without any. */

declare module '@cornerstonejs/codec-charls/wasmjs' {
  interface JpegLSEncoder {
    /** Memory inside the codec for the frame to encode. */
    getDecodedBuffer(info: {
      width: number;
      height: number;
      bitsPerSample: number;
      componentCount: number;
      isSigned: boolean;
    }): Uint8Array;
    setNearLossless(value: number): void;
    encode(): void;
    /** View of the codec's memory; valid until the next call. */
    getEncodedBuffer(): Uint8Array | Uint8ClampedArray;
    delete(): void;
  }
  export default function load(options: {
    print(text: string): void;
    printErr(text: string): void;
  }): Promise<{ JpegLSEncoder: new () => JpegLSEncoder }>;
}
