/** Line icons of 16 x 16, drawn with the text's colour. */
const paths = {
  overview: 'M2.5 2.5h4.5v6H2.5zM9 2.5h4.5v3.5H9zM9 8.5h4.5v5H9zM2.5 11h4.5v2.5H2.5z',
  pods: 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM2.6 4.9L8 8l5.4-3.1M8 8v6.2',
  deployments: 'M8 2.2a5.8 5.8 0 1 0 5.8 5.8M13.8 2.4v3.8H10',
  replicasets: 'M5.5 5.5h8v8h-8zM2.5 10.5v-8h8',
  services: 'M8 2v4M8 10v4M2 8h4M10 8h4M8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  configmaps: 'M3.5 2h6L12.5 5v9h-9zM9.2 2.2v3.1h3.1M5.7 8.2h4.6M5.7 10.9h4.6',
  secrets: 'M3.5 7h9v6.5h-9zM5.5 7V4.8a2.5 2.5 0 0 1 5 0V7M8 9.6v1.6',
  nodes: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  namespaces: 'M6 2.5H4.2v3.6L2.6 8l1.6 1.9v3.6H6M10 2.5h1.8v3.6L13.4 8l-1.6 1.9v3.6H10',
  events: 'M3 12.5l3-4.5 2.5 2.5L13 4M9.8 4H13v3.2',
  statefulsets:
    'M3 4c0-1 2.2-1.7 5-1.7S13 3 13 4s-2.2 1.7-5 1.7S3 5 3 4zM3 4v8c0 1 2.2 1.7 5 1.7s5-.7 5-1.7V4M3 8c0 1 2.2 1.7 5 1.7S13 9 13 8',
  daemonsets: 'M2.5 2.5h4v4h-4zM9.5 2.5h4v4h-4zM2.5 9.5h4v4h-4zM9.5 9.5h4v4h-4z',
  jobs: 'M2.5 3h11v10h-11zM5.2 8.2l2 2 3.8-4.2',
  cronjobs: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM8 4.8V8l2.3 1.6',
  ingresses: 'M2 8h7.5M6.5 4.8L9.7 8l-3.2 3.2M10 2.5h3.5v11H10',
  networkpolicies: 'M8 2l5 1.8v4c0 3-2 5.2-5 6.2-3-1-5-3.2-5-6.2v-4z',
  endpointslices:
    'M3.5 6.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM12.5 2.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM12.5 10.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3zM4.9 7.4L11 4.6M4.9 8.6l6.1 2.8',
  persistentvolumeclaims: 'M2.5 9.5h3l1 2h3l1-2h3v4h-11zM2.5 9.5l2-6.5h7l2 6.5',
  persistentvolumes: 'M2.5 3h11v10h-11zM2.5 9.8h11M11 11.4h.01',
  storageclasses: 'M8 2.2l5.8 3L8 8.2l-5.8-3zM2.2 8L8 11l5.8-3M2.2 10.8l5.8 3 5.8-3',
  horizontalpodautoscalers: 'M2.2 8h11.6M4.8 5.2L2 8l2.8 2.8M11.2 5.2L14 8l-2.8 2.8M8 4.5v7',
  poddisruptionbudgets: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM5 8h6',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.3 10.3L13.8 13.8',
  close: 'M4 4l8 8M12 4l-8 8',
  chevron: 'M4.5 6.2L8 9.8l3.5-3.6',
  logs: 'M2.5 3.5h11M2.5 6.5h7.5M2.5 9.5h11M2.5 12.5h5.5',
  shell: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8 10.2h3',
  trash: 'M3 4.5h10M6.5 4.5V2.8h3v1.7M4.3 4.5l.6 9h6.2l.6-9M6.8 7v4M9.2 7v4',
  play: 'M5 3.2v9.6l7.6-4.8z',
  stop: 'M4 4h8v8H4z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  plus: 'M8 3v10M3 8h10',
  check: 'M3.2 8.4l3.1 3.1 6.5-7',
  down: 'M8 2.8v9.6M4.2 8.8L8 12.5l3.8-3.7',
  up: 'M8 13.2V3.6M4.2 7.2L8 3.5l3.8 3.7',
  copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
  eye: 'M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z',
  scale: 'M2.5 13.5v-4M6.2 13.5V7M9.8 13.5V4.5M13.5 13.5v-11',
  external: 'M9 2.5h4.5V7M13.2 2.8L7.5 8.5M11 9v4.5H2.5V5H7',
  wrap: 'M2.5 4h11M2.5 8h9a2 2 0 0 1 0 4H8M9.6 10.2L7.8 12l1.8 1.8',
  clock: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM8 4.8V8l2.3 1.6',
  rewind: 'M8 3.5L3.5 8 8 12.5M13 3.5L8.5 8l4.5 4.5',
  clear: 'M8 2.2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 8 2.2zM4 12L12 4',
  command: 'M4.5 6.5a2 2 0 1 1 2-2v7a2 2 0 1 1-2-2h7a2 2 0 1 1-2 2v-7a2 2 0 1 1 2 2z',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
