/** The two resources that are sampled. */
export type UsedResource = 'cpu' | 'memory'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

/** As `kubectl top`: "12m" rounds up, "34Mi" leaves out what is not a whole mebibyte. */
export function topText(resource: UsedResource, amount: number): string {
  // No digits below a nano core: 12.000000000001 is 12.
  return resource === 'cpu' ? `${Math.ceil(amount - 1e-6)}m` : `${Math.floor(amount / MIB)}Mi`
}

/** What is taken of something large: "0.10" cores, "612Mi", "7.0Gi". As many digits whatever they are. */
export function usedText(resource: UsedResource, amount: number): string {
  if (resource === 'cpu') return (amount / 1000).toFixed(2)
  return amount < GIB ? `${Math.round(amount / MIB)}Mi` : `${(amount / GIB).toFixed(1)}Gi`
}

/** Something large as it was given: "4" cores, "3.92", "7.6Gi", "8Gi". */
export function amountText(resource: UsedResource, amount: number): string {
  if (resource === 'cpu') return `${Number((amount / 1000).toFixed(2))}`
  return amount < GIB ? `${Math.round(amount / MIB)}Mi` : `${Number((amount / GIB).toFixed(1))}Gi`
}
