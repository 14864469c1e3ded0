/** The build answers these imports with the modules' bytes in base 64. */
declare module 'failsoft.wasm' {
  const text: string;
  export default text;
}
declare module 'small.wasm' {
  const text: string;
  export default text;
}
/** What a bundler for workers makes of the files themselves. */
declare module '*/failsoft.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
declare module '*/small.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
