/** How a webhook's message is written: our own JSON, or what Slack or Teams show. */
export const webhookShapes = ['json', 'slack', 'teams'] as const
export type WebhookShape = (typeof webhookShapes)[number]

/** Days of the week as digests name them, Monday first. */
export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/**
 * How a message stands: it waits for its time or its next try, is on its way, was taken by the receiver, was given up (a person can send it again), or
 * says of what it did not tell because it lies too far back.
 */
export const deliveryStates = ['waiting', 'sending', 'sent', 'dead', 'left_out'] as const
export type DeliveryState = (typeof deliveryStates)[number]
