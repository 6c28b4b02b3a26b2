/** A pod of 1.5 KB as a Deployment's controller would send it. */
export function podBody(name: string, namespace: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: 'web', 'pod-template-hash': '5d59d67564', 'app.kubernetes.io/part-of': 'bench' },
      annotations: { 'example.com/note': 'x'.repeat(160) },
    },
    spec: {
      containers: ['web', 'sidecar'].map((container) => ({
        name: container,
        image: `registry.example.com/team/${container}:1.27.3`,
        args: ['--listen', '0.0.0.0:8080', '--level', 'info'],
        ports: [{ name: `${container}-http`, containerPort: container === 'web' ? 8080 : 9090 }],
        env: [
          { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'DATABASE', value: 'postgres://database.default.svc.cluster.local:5432/app' },
        ],
        resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        readinessProbe: { httpGet: { path: '/ready', port: `${container}-http` }, periodSeconds: 5 },
        volumeMounts: [{ name: 'config', mountPath: '/etc/app', readOnly: true }],
      })),
      volumes: [{ name: 'config', configMap: { name: 'app-config' } }],
      tolerations: [{ key: 'example.com/spot', operator: 'Exists', effect: 'NoSchedule' }],
      terminationGracePeriodSeconds: 30,
    },
  })
}

export function configMapBody(name: string, namespace: string): string {
  const data = { 'app.properties': 'key=value\n'.repeat(10), mode: 'production' }
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
}

/** What an applier says of a pod: a label and the image of one container. */
export function appliedPod(name: string, namespace: string, round: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { round } },
    spec: { containers: [{ name: 'web', image: `registry.example.com/team/web:${round}` }] },
  })
}
