/** `members[name] = value` for a name from outside: `__proto__`, a key that a ConfigMap may have, would else be no member. */
export function setMember(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(members, name, { value, configurable: true, enumerable: true, writable: true })
  } else {
    members[name] = value
  }
}
