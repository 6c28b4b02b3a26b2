const RAW_SOCKETS: ReadonlySet<string> = new Set(['ALL', 'NET_RAW', 'CAP_NET_RAW'])

/** Whether raw sockets are among the capabilities that a container adds or drops, in any way of writing them. */
export function includesRawSockets(capabilities: readonly string[]): boolean {
  return capabilities.some((name) => RAW_SOCKETS.has(name.toUpperCase()))
}
