import { connect } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { GRPCAction } from '../../../../shared/api/types/core-v1.ts'
import { type ProbeDeps, type ProbeResult, type ProbeTarget, ProbeTimeout, withTimeout } from './probe-target.ts'

const SERVING = 1
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
const UNIMPLEMENTED = '12'

interface GrpcAnswer {
  readonly grpcStatus: string
  readonly grpcMessage: string
  readonly serving: number
}

/** Asks the standard health service (grpc.health.v1.Health/Check) of the pod. */
export async function grpcProbe(
  deps: ProbeDeps,
  action: GRPCAction,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const { podIP } = target
  const address = `${podIP}:${action.port}`
  let raw: Duplex | undefined
  try {
    return await withTimeout(deps.clock, timeoutMs, async (signal) => {
      raw = await deps.dial(podIP, action.port, signal)
      return judge(await healthCheck(raw, action.service ?? ''))
    })
  } catch (error) {
    const cause = error instanceof ProbeTimeout ? 'context deadline exceeded' : (error as Error).message
    const within = `${timeoutMs / 1000}s`
    return { kind: 'failure', output: `timeout: failed to connect service "${address}" within ${within}: ${cause}` }
  } finally {
    raw?.destroy()
  }
}

function judge({ grpcStatus, grpcMessage, serving }: GrpcAnswer): ProbeResult {
  if (grpcStatus === UNIMPLEMENTED) {
    const output = `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${grpcMessage}`
    return { kind: 'failure', output }
  }
  if (grpcStatus !== '0') return { kind: 'failure', output: `error: health rpc probe failed: ${grpcMessage}` }
  if (serving === SERVING) return { kind: 'success' }
  return { kind: 'failure', output: `service unhealthy (responded with "${STATUS_NAMES[serving] ?? serving}")` }
}

function healthCheck(raw: Duplex, service: string): Promise<GrpcAnswer> {
  return new Promise((resolve, reject) => {
    const session = connect('http://grpc.local', { createConnection: () => raw })
    session.on('error', reject)
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      'user-agent': 'kube-probe/1.36',
      te: 'trailers',
    })
    const chunks: Buffer[] = []
    let trailers: Record<string, unknown> = {}
    stream.on('response', (headers) => {
      trailers = { ...headers }
    })
    stream.on('trailers', (headers) => {
      trailers = { ...trailers, ...headers }
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      session.close()
      resolve({
        grpcStatus: String(trailers['grpc-status'] ?? ''),
        grpcMessage: String(trailers['grpc-message'] ?? ''),
        serving: servingStatus(Buffer.concat(chunks)),
      })
    })
    stream.end(frame(service))
  })
}

/** HealthCheckRequest {1: service} as one uncompressed gRPC message. */
function frame(service: string): Buffer {
  const text = Buffer.from(service)
  const message = text.length === 0 ? text : Buffer.concat([Buffer.from([0x0a, ...varint(text.length)]), text])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]
}

/** Field 1 of HealthCheckResponse; absent means UNKNOWN. */
function servingStatus(body: Buffer): number {
  return body.length >= 7 && body[5] === 0x08 ? (body[6] ?? 0) : 0
}
