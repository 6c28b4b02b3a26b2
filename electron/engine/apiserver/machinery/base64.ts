/** Where base64.StdEncoding stops, ignoring line breaks; undefined for good data. */
export function base64ErrorAt(text: string): number | undefined {
  let symbols = 0
  let at = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) continue
    if (code === 61) break
    if (!isBase64(code)) return at
    symbols++
  }
  if (at === text.length) return symbols % 4 === 0 ? undefined : at - (symbols % 4)
  return paddingErrorAt(text, at, symbols % 4)
}

function paddingErrorAt(text: string, start: number, symbols: number): number | undefined {
  if (symbols < 2) return start
  let wanted = 4 - symbols
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 10 || code === 13) continue
    if (code !== 61 || wanted === 0) return at
    wanted--
  }
  return wanted === 0 ? undefined : at
}

function isBase64(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || (code >= 47 && code <= 57) || code === 43
}
