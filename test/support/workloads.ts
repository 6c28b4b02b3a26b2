/** Manifests that several suites use. Images are the stand-ins that build/stand-ins makes where no registry answers. */

export function webDeployment(
  name: string,
  replicas: number,
  extra: { env?: Record<string, string>; preStop?: string } = {},
): string {
  const env = Object.entries(extra.env ?? {}).map(([key, value]) => `            - { name: ${key}, value: "${value}" }`)
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 15
      containers:
        - name: web
          image: nginx:1.29-alpine
          ports: [{ name: http, containerPort: 80 }]
          readinessProbe: { httpGet: { path: /, port: http }, periodSeconds: 1 }
${extra.preStop ? `          lifecycle: { preStop: { exec: { command: [sh, -c, "${extra.preStop}"] } } }\n` : ''}${env.length > 0 ? `          env:\n${env.join('\n')}\n` : ''}---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: http }]
`
}

/** A pod of one shell that runs `script`. */
export function shellPod(name: string, script: string, spec = ''): string {
  return `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: main
      image: busybox:1.37
      command: [sh, -c, ${JSON.stringify(script)}]
${spec}`
}
