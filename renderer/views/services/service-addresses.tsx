import type { Service } from '../../../shared/api/types/core-v1.ts'
import type { ClusterSummary } from '../../../shared/ipc/contract.ts'
import { useText } from '../../app/hooks.ts'
import { CellView } from '../../ui/cell-view.tsx'
import { laptopAddresses } from './laptop-addresses.ts'

/** Where a Service answers on this laptop. */
export function ServiceAddresses({ cluster, service }: { cluster: ClusterSummary; service: Service }) {
  const text = useText()
  const addresses = laptopAddresses(cluster, service)
  if (addresses.length === 0) return null
  return (
    <section className="section">
      <h3>{text.details.opensAt}</h3>
      <ul className="addresses">
        {addresses.map((address) => (
          <li key={address.url}>
            <CellView cell={{ type: 'address', ...address }} />
          </li>
        ))}
      </ul>
    </section>
  )
}
