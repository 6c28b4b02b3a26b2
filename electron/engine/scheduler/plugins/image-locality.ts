import { MAX_NODE_SCORE, type SchedulingPlugin } from '../framework.ts'

const MIB = 1024 * 1024
const MINIMUM_BYTES = 23 * MIB
const MAXIMUM_BYTES_PER_CONTAINER = 1000 * MIB

/** Prefers nodes that have the pod's images, weighted by how many nodes have them, so that one node does not attract all. */
export const imageLocality: SchedulingPlugin = {
  name: 'ImageLocality',
  weight: 1,
  prepare({ pod }, { nodes, nodesWithImage }) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
    const images = containers.map(({ image }) => normalize(image ?? ''))
    const spread = new Map<string, number>()
    for (const image of images) {
      const holders = nodesWithImage(image)
      if (holders > 0) spread.set(image, holders / nodes.length)
    }
    return { images, spread } satisfies Prepared
  },
  scores: (_pod, state) => (state as Prepared).spread.size > 0,
  score(_pod, node, state) {
    const { images, spread } = state as Prepared
    let bytes = 0
    for (const image of images) bytes += Math.floor((node.imageSizes.get(image) ?? 0) * (spread.get(image) ?? 0))
    const maximum = MAXIMUM_BYTES_PER_CONTAINER * images.length
    const clamped = Math.min(Math.max(bytes, MINIMUM_BYTES), maximum)
    return Math.floor((MAX_NODE_SCORE * (clamped - MINIMUM_BYTES)) / (maximum - MINIMUM_BYTES))
  },
}

interface Prepared {
  readonly images: readonly string[]
  readonly spread: ReadonlyMap<string, number>
}

/** Names without a tag mean ":latest", as node status lists them. */
function normalize(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
