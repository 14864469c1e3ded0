/** The build answers this import with the module's bytes in base 64. */
declare module 'failsoft.wasm' {
  const text: string;
  export default text;
}
