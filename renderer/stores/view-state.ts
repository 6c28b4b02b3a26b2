/** Where the user is: all of it in the address, so that reload, back and a shared link come to the same view. */
export interface ViewState {
  /** undefined: the first cluster. */
  readonly cluster: string | undefined
  /** "overview" or the id of a kind: "pods". */
  readonly section: string
  /** "" shows all namespaces. */
  readonly namespace: string
  readonly filter: string
  /** Column id, "-" before it for descending; "" is the view's own order. */
  readonly sort: string
  /** Key of the object in the details panel: "namespace/name". */
  readonly selected: string | undefined
  readonly tab: DetailsTab
}

export type DetailsTab = 'overview' | 'events' | 'yaml'

export const HOME: ViewState = {
  cluster: undefined,
  section: 'overview',
  namespace: '',
  filter: '',
  sort: '',
  selected: undefined,
  tab: 'overview',
}

const TABS: readonly string[] = ['overview', 'events', 'yaml']

/** "#/dev/pods?ns=shop&q=web&show=shop/web-1&tab=yaml". */
export function formatView(view: ViewState): string {
  const path = [view.cluster ?? '', view.section].map(encodeURIComponent).join('/')
  const query = new URLSearchParams()
  if (view.namespace) query.set('ns', view.namespace)
  if (view.filter) query.set('q', view.filter)
  if (view.sort) query.set('sort', view.sort)
  if (view.selected !== undefined) query.set('show', view.selected)
  if (view.tab !== 'overview' && view.selected !== undefined) query.set('tab', view.tab)
  const text = query.toString().replaceAll('%2F', '/')
  return `#/${path}${text ? `?${text}` : ''}`
}

/** Anything unknown in the address falls back to the home view's value. */
export function parseView(hash: string): ViewState {
  const [path = '', text = ''] = hash.replace(/^#\/?/, '').split('?')
  const [cluster, section] = path.split('/').map(decode)
  const query = new URLSearchParams(text)
  const tab = query.get('tab') ?? ''
  return {
    cluster: cluster || undefined,
    section: section || HOME.section,
    namespace: query.get('ns') ?? '',
    filter: query.get('q') ?? '',
    sort: query.get('sort') ?? '',
    selected: query.get('show') ?? undefined,
    tab: TABS.includes(tab) ? (tab as DetailsTab) : 'overview',
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A broken escape in a hand-typed address: taken as it stands.
    return part
  }
}
