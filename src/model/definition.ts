/** What is worked out anew after a definition changes: nothing, the organisation's scores, or all that is derived of each of its assets too. */
type Moves = 'nothing' | 'scores' | 'assets'

/**
 * What people set, by kind: a definition is a fact of an organisation with an id and a text (body), true from when it is set until it is set otherwise.
 * `moves`: see {@link Moves}.
 */
export const definitionKinds = {
  /** A metric of the organisation's own; id: the metric's, body: its YAML. */
  metric: { moves: 'scores' },
  /** An initiative of the organisation's own; id: the initiative's, body: its YAML. */
  initiative: { moves: 'scores' },
  /** How much a metric counts; id: `<metric>` everywhere or `<initiative>/<metric>` in one, body: high, medium, low or accepted. */
  weight: { moves: 'scores' },
  /** The score that an initiative shall reach; id: the initiative's, body: JSON {score 0–1, by: day as text or null}. */
  target: { moves: 'scores' },
} as const satisfies Record<string, { moves: Moves }>

export type DefinitionKind = keyof typeof definitionKinds
