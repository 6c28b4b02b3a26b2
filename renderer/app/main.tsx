import { createRoot } from 'react-dom/client'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/layout.css'
import '../styles/table.css'
import '../styles/details.css'
import '../styles/dock.css'
import '../styles/overlays.css'
import '../styles/overview.css'
import '../styles/usage.css'
import { App } from './app.tsx'
import { createServices, ServicesProvider } from './services.ts'
import { followTheme } from './theme.ts'

// First of all: the preload may hand over its port as soon as the page has loaded.
const services = createServices()
followTheme(services.settings, document.documentElement)

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <ServicesProvider value={services}>
      <App />
    </ServicesProvider>,
  )
}
