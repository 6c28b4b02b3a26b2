/** Replaces `$(NAME)` by its value; unknown names stay as they are, `$$` is a plain `$`. */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, escaped: string, name: string | undefined) => {
    if (escaped === '$') return '$'
    return lookUp(name ?? '') ?? whole
  })
}
