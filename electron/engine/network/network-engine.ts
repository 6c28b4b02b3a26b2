import type { Duplex } from 'node:stream'

export interface EngineNetwork {
  readonly id: string
  readonly name: string
  readonly subnets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export interface GatewayContainerSpec {
  readonly name: string
  readonly image: string
  readonly network: string
  readonly ip: string
  readonly mac?: string
  readonly env: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  readonly capabilities: readonly string[]
  readonly sysctls: Readonly<Record<string, string>>
  readonly command?: readonly string[]
  /** The named volume and where it is mounted. */
  readonly volume?: { readonly name: string; readonly path: string }
  /** The engine starts it again with itself, unless it was stopped by hand. */
  readonly restart: boolean
}

export interface EngineContainer {
  readonly id: string
  readonly image: string
  readonly running: boolean
  readonly labels: Readonly<Record<string, string>>
}

export interface ExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What the cluster network needs of the container engine; the docker folder has the real one. */
export interface NetworkEngine {
  /** "amd64", "arm64": of the images it runs. */
  architecture(): Promise<string>
  listNetworks(): Promise<readonly EngineNetwork[]>
  createNetwork(spec: {
    readonly name: string
    readonly subnet: string
    readonly ipRange: string
    readonly bridgeIP: string
    readonly labels: Readonly<Record<string, string>>
  }): Promise<EngineNetwork>
  /** Success when it is gone already. */
  removeNetwork(id: string): Promise<void>

  inspectContainer(nameOrId: string): Promise<EngineContainer | undefined>
  listContainers(labels: Readonly<Record<string, string>>): Promise<readonly EngineContainer[]>
  /** Resolves with its id. */
  createContainer(spec: GatewayContainerSpec): Promise<string>
  startContainer(id: string): Promise<void>
  /** Resolves when the container has stopped or is gone; rejects when the engine goes away. */
  waitStopped(id: string, signal: AbortSignal): Promise<void>
  removeContainer(id: string): Promise<void>
  removeVolume(name: string): Promise<void>
  uploadFiles(
    id: string,
    directory: string,
    files: readonly { readonly path: string; readonly content: string; readonly mode: number }[],
  ): Promise<void>
  exec(id: string, command: readonly string[], stdin?: string): Promise<ExecResult>
  /** Standard input and output of a command as one byte stream. */
  execStream(id: string, command: readonly string[]): Promise<Duplex>

  hasImage(tag: string): Promise<boolean>
  /** Makes an image of a root file system archive. */
  importImage(tag: string, archive: Buffer, changes: readonly string[]): Promise<void>
  pullImage(name: string, signal: AbortSignal): Promise<void>
  /** `docker build` of an archive with a Dockerfile. */
  buildImage(tag: string, context: Buffer): Promise<void>
}
