const DOMAIN =
  '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?'
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const DIGEST = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}'
const REFERENCE = new RegExp(
  `^(?:${DOMAIN}/)?${COMPONENT}(?:/${COMPONENT})*(?::(?<tag>[\\w][\\w.-]{0,127}))?(?<digest>@${DIGEST})?$`,
)
const IDENTIFIER = /^[a-f0-9]{64}$/

/** Whether an image is pulled every time: no tag and no digest, or "latest". Names that Docker refuses are not. */
export function isLatestImage(name: string): boolean {
  const groups = REFERENCE.exec(name)?.groups
  if (groups === undefined || IDENTIFIER.test(name)) return false
  return groups.tag === 'latest' || (groups.tag === undefined && groups.digest === undefined)
}
