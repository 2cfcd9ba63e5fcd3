/** How a KPI stands: its target is met, its pace would meet it in time, it would not, the day has passed without it, or nothing is known of its score. */
export const kpiStates = ['reached', 'on_track', 'at_risk', 'missed', 'no_data'] as const
export type KpiState = (typeof kpiStates)[number]
