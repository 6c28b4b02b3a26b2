// Loaded before the app's bundle: `electron` is the stub beside this file.
import { registerHooks } from 'node:module'

const stub = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: stub, shortCircuit: true } : next(specifier, context),
})
