import { expect, test } from 'vitest'
import { silentLogger } from '../../../shared/lang/logger.ts'
import { NodeAnchors, type NodeAnchorsDeps } from './node-anchors.ts'

/** An engine and a gateway that note what they are asked for. */
function anchors() {
  const containers = new Map<string, { id: string; running: boolean; labels: Record<string, string> }>()
  const asked: string[] = []
  const engine = {
    inspectContainer: async (name: string) => containers.get(name),
    listContainers: async () => [...containers.values()],
    async createContainer({ name, labels }: { name: string; labels: Record<string, string> }) {
      containers.set(name, { id: name, running: false, labels })
      return name
    },
    async startContainer(id: string) {
      containers.set(id, { ...(containers.get(id) ?? { id, labels: {} }), running: true })
    },
    async removeContainer(id: string) {
      asked.push(`remove ${id}`)
      containers.delete(id)
    },
  }
  const gateway = {
    async exec([, , script = '']: string[]) {
      asked.push(script)
      return { exitCode: 0, stderr: '' }
    },
  }
  const deps = { engine, gateway, plan: { gatewayIP: '10.1.127.1' }, network: 'net', image: 'gateway', labels: {} }
  const nodeIP = (node: string) => `10.1.64.${node.slice(-1)}`
  return { own: new NodeAnchors({ ...deps, logger: silentLogger, nodeIP } as unknown as NodeAnchorsDeps), asked }
}

test('the anchor of a node that leaves goes, and the gateway answers at its address again', async () => {
  const { own, asked } = anchors()
  await own.ensure('dev-1')
  await own.ensure('dev-2')
  asked.length = 0
  await own.release('dev-2')
  expect(asked).toEqual(['remove net-anchor-dev-2', 'ip route del 10.1.64.2/32 dev eth0 table local'])
  asked.length = 0
  await own.yieldAddresses()
  expect(asked).toEqual(['ip route replace 10.1.64.1/32 dev eth0 table local'])
})

test('a node without an anchor leaves nothing to do', async () => {
  const { own, asked } = anchors()
  await own.ensure('dev-1')
  asked.length = 0
  await own.release('dev-2')
  expect(asked).toEqual([])
})
