/** In English: "1 pod", "2,500 pods". */
export const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** In Korean: "2,500". */
export const number = (n: number) => n.toLocaleString('ko')
