/** The two resources that are sampled. */
export type UsedResource = 'cpu' | 'memory'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** As `kubectl top`: "12m" rounds up, "34Mi" leaves out what is not a whole mebibyte. */
export function topText(resource: UsedResource, amount: number): string {
  // No digits below a nano core: 12.000000000001 is 12.
  return resource === 'cpu' ? `${Math.ceil(amount - 1e-6)}m` : `${Math.floor(amount / MIB)}Mi`
}

/** For what can be large: "2.5" cores, "612Mi", "7.6Gi". */
export function amountText(resource: UsedResource, amount: number): string {
  if (resource === 'cpu') return `${round(amount / 1000, amount < 1000 ? 2 : 1)}`
  return amount < GIB ? `${Math.round(amount / MIB)}Mi` : `${round(amount / GIB, 1)}Gi`
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
