import { resources } from '../../../shared/api/resources.ts'
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../shared/api/types/networking-v1.ts'
import type { Messages } from '../../messages/en.ts'
import { ageColumn, nameColumn, namespaceColumn, textColumn } from '../common-columns.ts'
import { kindView, type Section } from '../kind-view.ts'
import { fullSelectorText, properties, textRows } from '../sections.ts'

const policyTypes = ({ spec }: NetworkPolicy) => (spec?.policyTypes ?? []).join(', ')

export const networkPoliciesView = kindView<NetworkPolicy>({
  id: 'networkpolicies',
  group: 'network',
  ref: resources.networkPolicies,
  columns: [
    nameColumn,
    namespaceColumn,
    textColumn('podSelector', { width: 260, rank: 1 }, ({ spec }) => fullSelectorText(spec?.podSelector) || '<none>'),
    textColumn('policyTypes', { width: 140, rank: 2 }, policyTypes),
    ageColumn,
  ],
  sections: (policy, text) => {
    const { spec } = policy
    const types = spec?.policyTypes ?? []
    return [
      properties(policy, text, {
        rows: textRows([
          [text.columns.podSelector, fullSelectorText(spec?.podSelector) || text.details.allPods],
          [text.columns.policyTypes, policyTypes(policy)],
        ]),
      }),
      ...(types.includes('Ingress')
        ? [
            rules(
              'Ingress',
              (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
              text,
            ),
          ]
        : []),
      ...(types.includes('Egress')
        ? [
            rules(
              'Egress',
              (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
              text,
            ),
          ]
        : []),
    ]
  },
})

interface Rule {
  readonly peers: readonly NetworkPolicyPeer[] | undefined
  readonly ports: readonly NetworkPolicyPort[] | undefined
}

/** What a direction lets pass; with no rule that is nothing. */
function rules(direction: string, all: readonly Rule[], text: Messages): Section {
  if (all.length === 0) return { title: direction, rows: [{ label: text.details.allowed, value: text.details.none }] }
  return {
    title: direction,
    rows: all.map(({ peers = [], ports = [] }) => ({
      label: peers.length === 0 ? text.details.anyPeer : peers.map(peerText).join(' | '),
      value: ports.length === 0 ? text.details.anyPort : ports.map(portText).join(', '),
    })),
  }
}

export function peerText({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer): string {
  if (ipBlock !== undefined) {
    return ipBlock.except?.length ? `${ipBlock.cidr} except ${ipBlock.except.join(', ')}` : ipBlock.cidr
  }
  const parts = [
    namespaceSelector === undefined ? '' : `namespaces ${fullSelectorText(namespaceSelector) || '*'}`,
    podSelector === undefined ? '' : `pods ${fullSelectorText(podSelector) || '*'}`,
  ]
  return parts.filter(Boolean).join(', ')
}

function portText({ port, endPort, protocol = 'TCP' }: NetworkPolicyPort): string {
  return `${port ?? '*'}${endPort === undefined ? '' : `-${endPort}`}/${protocol}`
}
