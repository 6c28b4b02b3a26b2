/** Labels or annotations. */
export function Pairs(props: { title: string; pairs: Readonly<Record<string, string>> | undefined }) {
  const entries = Object.entries(props.pairs ?? {})
  if (entries.length === 0) return null
  return (
    <section className="section">
      <h3>{props.title}</h3>
      <ul className="pairs">
        {entries.map(([key, value]) => (
          <li key={key} title={`${key}=${value}`}>
            <span className="pair-key">{key}</span>
            <span className="pair-value">{value}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
