// What is used of pdfmake, which brings no types. https://pdfmake.github.io/docs/
declare module 'pdfmake' {
  interface Made {
    getBuffer(): Promise<Uint8Array>
  }
  const pdfmake: {
    addFonts(fonts: object): void
    setUrlAccessPolicy(allowed: (url: string) => boolean): void
    setLocalAccessPolicy(allowed: (path: string) => boolean): void
    createPdf(document: object): Made
  }
  export default pdfmake
}
declare module 'pdfmake/fonts/Roboto.js' {
  const fonts: Record<string, Record<string, string>>
  export default fonts
}
