import { type FieldError, invalid } from '../../machinery/field-error.ts'

const MAX_DOMAIN = 256
const MAX_USER = 104
const CONTROL = /\p{Cc}/u
/** 1 to 15 characters, not starting with a dot. */
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const DNS = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
const FORBIDDEN = /["/\\:;|=,+*?<>@[\]]/
const ONLY_DOTS_AND_SPACES = /^[. ]+$/

/** runAsUserName: "user" or "domain\user", as Active Directory names them. */
export function checkWindowsUserName(errors: FieldError[], path: string, name: string): void {
  for (const problem of problems(name)) errors.push(invalid(path, name, problem))
}

function problems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (CONTROL.test(name)) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const user = parts.at(-1) as string
  const found: string[] = []
  if (parts.length === 2) {
    const domain = parts[0] as string
    if (Buffer.byteLength(domain) >= MAX_DOMAIN) {
      found.push(`runAsUserName's Domain length must be under ${MAX_DOMAIN} characters`)
    }
    if (!NETBIOS.test(domain) && !DNS.test(domain)) {
      found.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
    }
  }
  if (user === '') found.push("runAsUserName's User cannot be empty")
  else if (Buffer.byteLength(user) > MAX_USER) {
    found.push(`runAsUserName's User length must not be longer than ${MAX_USER} characters`)
  }
  if (ONLY_DOTS_AND_SPACES.test(user)) found.push("runAsUserName's User cannot contain only periods or spaces")
  if (FORBIDDEN.test(user)) {
    found.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`)
  }
  return found
}
