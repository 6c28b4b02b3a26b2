/** A Secret's value as text; bytes that are no UTF-8 stay in base64. */
export function decodeBase64(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // Not text: what it is can't be shown better than as it came.
    return text
  }
}
