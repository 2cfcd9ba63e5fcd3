/**
 * What is worked out anew after a definition changes: nothing; `rules`: the metrics whose own text changed, and posture events (initiatives are worked out
 * when they are asked for); the organisation's scores; or all that is derived of each of its assets too.
 */
type Moves = 'nothing' | 'rules' | 'scores' | 'assets'

/**
 * What people set, by kind: a definition is a fact of an organisation with an id and a text (body), true from when it is set until it is set otherwise.
 * `moves`: see {@link Moves}.
 */
export const definitionKinds = {
  /** What a person says of a recommended action of the secure score; id: the action's, body: JSON (insights/secure/bodies.ts). */
  action: { moves: 'scores' },
  /** What a person set a recommended action to; id: the action's, body: JSON {state, note, assigned_to}. */
  action_state: { moves: 'scores' },
  /** Level that a person gave an asset; id: the number of a record of it, body: the level, empty for none. The store compares what it derived with: docs/assets.md. */
  asset_criticality: { moves: 'scores' },
  /** Group that a person put an asset into; id: the number of a record of it, body: the group, empty for none. */
  asset_group: { moves: 'scores' },
  /** Whether an asset is what a classification takes it for; id: `<record>/<classification>`, body: yes or no. */
  asset_review: { moves: 'scores' },
  /** What assets weigh in the exposure score; id: `factors`, body: JSON (insights/asset-values.ts). */
  asset_value: { moves: 'scores' },
  /** A classification of the organisation's own, or a predefined one (organisation 0); id: its own, body: JSON or YAML (insights/classification.ts). */
  classification: { moves: 'scores' },
  /** What of a predefined classification is set otherwise; id: the classification's, body: JSON {on, criticality, threshold}. */
  classification_setting: { moves: 'scores' },
  /** A rule that puts assets into a group; id: its own, body: JSON (insights/classification.ts). */
  group_rule: { moves: 'scores' },
  /** How many days a look of a source stays fresh; id: the source, body: days. */
  staleness: { moves: 'scores' },
  /** States of actions to be given to several organisations; id: the template's, body: JSON {title, states}. */
  action_template: { moves: 'nothing' },
  /** How the cards of a page stand for everyone; id: the page, body: JSON {order, hidden}: ids of cards. */
  arrangement: { moves: 'nothing' },
  /** A metric of the organisation's own; id: the metric's, body: its YAML. */
  metric: { moves: 'rules' },
  /** An initiative of the organisation's own; id: the initiative's, body: its YAML. */
  initiative: { moves: 'rules' },
  /** How much a metric counts; id: `<metric>` everywhere or `<initiative>/<metric>` in one, body: high, medium, low or accepted. */
  weight: { moves: 'rules' },
  /** A comparison line of one's own in the trends of the secure score; id: the line's, body: JSON. */
  score_comparison: { moves: 'nothing' },
  /** Where the secure score shall be and when; id: `secure`, body: JSON {target 0–100, day, note}. */
  score_goal: { moves: 'nothing' },
  /** From where on the secure score is okay and good; id: `secure`, body: JSON {okay, good} 0–100. */
  score_zone: { moves: 'nothing' },
  /** A remediation activity: a recommendation handed to somebody, with the assets it was handed over for; id: its number, body: JSON (insights/remediation/bodies.ts). */
  remediation: { moves: 'nothing' },
  /** Within how many days findings shall be fixed, by severity and criticality; id: '', body: JSON (insights/remediation/bodies.ts). */
  remediation_policy: { moves: 'nothing' },
  /** What somebody says is wrong, and what was answered; id: its number, body: JSON (insights/inaccuracies.ts). */
  inaccuracy: { moves: 'nothing' },
  /** The score that an initiative shall reach; id: the initiative's, body: JSON {score 0–1, by: day as text or null}. */
  target: { moves: 'rules' },
  /** What people did about a metric beside closing its findings; id: the metric's, body: mitigated_elsewhere or mitigated. */
  metric_state: { moves: 'rules' },
  /** The initiatives that everyone sees as favourites who chose none; id: '', body: JSON list of ids. */
  favourites: { moves: 'nothing' },
  /** A content pack that is active; id: the pack's, body: JSON {version, notes, metrics and initiatives: ids}. Its definitions are own ones. */
  pack: { moves: 'nothing' },
  /** Where an organisation's facts are fetched; id: microsoft-graph, body: JSON ConnectorBody: where the secret is, never the secret. */
  connector: { moves: 'nothing' },
  /** A comparison value of the secure score that a person or a file gave; id: source|basis|category|day, body: JSON BenchmarkBody. */
  benchmark: { moves: 'nothing' },
  /** The organisation takes part in the comparison between those of this installation; id: secure_score, body: {}. */
  benchmark_sharing: { moves: 'nothing' },
  /** From how many points within a day a score's move is an event; id: '' (all), a score, or `<score>/<id>`, body: JSON {points}: insights/posture/thresholds.ts. */
  threshold: { moves: 'rules' },
  /** What people keep about an event; id: the event's, body: JSON {state, owner, note}. */
  event: { moves: 'nothing' },
  /** Which events are told to whom; id: the rule's, body: JSON, see notices/rule.ts. */
  notification: { moves: 'nothing' },
  /** Values of scores that a notification rule watches, which makes events; id: the rule's, body: JSON [{score, id, worse_than}]. */
  limit: { moves: 'scores' },
  /** A score with a target, a day and an owner; body: JSON, see insights/kpis.ts. */
  kpi: { moves: 'rules' },
} as const satisfies Record<string, { moves: Moves }>

export type DefinitionKind = keyof typeof definitionKinds
