import manifest from '../../package.json' with { type: 'json' }

/** The version of this Slipway, as the handshake and `slipway --version` tell it. */
export const APP_VERSION = manifest.version
