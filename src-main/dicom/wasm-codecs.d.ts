/** @file Types of the WebAssembly codec packages, which come without any. */

interface CodecFrameInfo {
  width: number;
  height: number;
  bitsPerSample: number;
  componentCount: number;
  isSigned: boolean;
}

interface WasmDecoder {
  /** Memory inside the codec for the compressed frame. */
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  /** View of the codec's memory; valid until the next call. */
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): CodecFrameInfo;
  delete(): void;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export default function load(options: { print(text: string): void; printErr(text: string): void }): Promise<{
    J2KDecoder: new () => WasmDecoder;
    getExceptionMessage?(thrown: number): string;
  }>;
}

declare module '@cornerstonejs/codec-openjph/wasmjs' {
  export default function load(options: { print(text: string): void; printErr(text: string): void }): Promise<{
    HTJ2KDecoder: new () => WasmDecoder;
    getExceptionMessage?(thrown: number): string;
  }>;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  export default function load(options: { print(text: string): void; printErr(text: string): void }): Promise<{
    JpegLSDecoder: new () => WasmDecoder & { getInterleaveMode(): number };
    getExceptionMessage?(thrown: number): string;
  }>;
}

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export default function load(options: { print(text: string): void; printErr(text: string): void }): Promise<{
    JPEGDecoder: new () => WasmDecoder;
    getExceptionMessage?(thrown: number): string;
  }>;
}
