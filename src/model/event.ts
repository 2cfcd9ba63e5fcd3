/** Whether somebody has said that they know of an event. */
export const eventStates = ['open', 'acknowledged'] as const
