const REFRESH_MS = 3000
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const element = (id) => document.getElementById(id)

async function ask(path, options) {
  const response = await fetch(`/api/${path}`, options)
  const body = await response.json()
  if (!response.ok) throw new Error(body.error)
  if (body.version) element('version').textContent = body.version
  if (body.pod) element('pod').textContent = body.pod
  return body
}

function showProduct(product) {
  const card = element('product').content.cloneNode(true)
  card.querySelector('.icon').textContent = product.icon
  card.querySelector('h3').textContent = product.name
  card.querySelector('.detail').textContent = product.detail
  card.querySelector('.price').textContent = money.format(product.cents / 100)
  card.querySelector('.stock').textContent = `${product.stock} in stock`
  const button = card.querySelector('button')
  button.setAttribute('aria-label', `Order one ${product.name}`)
  button.disabled = product.stock === 0
  button.addEventListener('click', () => order(product.id))
  return card
}

/** Only when something changed, so that a button in use keeps the focus. */
function showProducts(products) {
  const state = JSON.stringify(products)
  if (element('products').dataset.state === state) return
  element('products').dataset.state = state
  element('products').replaceChildren(...products.map(showProduct))
}

function showOrder(order) {
  const line = document.createElement('li')
  const texts = {
    number: `#${order.id}`,
    what: `${order.icon} ${order.quantity} × ${order.name}`,
    sum: money.format(order.cents / 100),
    when: new Date(order.placedAt).toLocaleTimeString(),
  }
  for (const [name, text] of Object.entries(texts)) {
    const part = document.createElement('span')
    part.className = name
    part.textContent = text
    line.append(part)
  }
  return line
}

function nothingOrdered() {
  const line = document.createElement('li')
  line.className = 'none'
  line.textContent = 'Nothing yet. Be the first.'
  return line
}

async function refresh() {
  try {
    const [{ products, from }, { count, recent }] = await Promise.all([ask('products'), ask('orders')])
    showProducts(products)
    element('from').textContent = `from ${from}`
    element('orders').replaceChildren(...(recent.length > 0 ? recent.map(showOrder) : [nothingOrdered()]))
    element('order-count').textContent = `${count} in all`
    element('trouble').hidden = true
  } catch (error) {
    showTrouble(error)
  }
}

async function order(productId) {
  try {
    await ask('orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ productId, quantity: 1 }),
    })
  } catch (error) {
    showTrouble(error)
    return
  }
  await refresh()
}

function showTrouble(error) {
  element('trouble').textContent = `The shop has trouble: ${error.message}`
  element('trouble').hidden = false
}

async function countVisit() {
  try {
    element('visits').textContent = (await ask('visits', { method: 'POST' })).visits
  } catch (error) {
    showTrouble(error)
  }
}

await Promise.all([countVisit(), refresh()])
setInterval(refresh, REFRESH_MS)
