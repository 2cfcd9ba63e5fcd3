/** The first of several places, and how many more there are: `a.js and 2 more`; undefined for none. */
export const firstOf = (all: readonly string[]): string | undefined => (all.length > 1 ? `${all[0]} and ${all.length - 1} more` : all[0])
