"""Can the devices of one account belong to one person?

Read in this order: `events` (what one event brings), `state` (what is kept of it), `normalize`
(from rows to devices and sites), `evidence` (what contradicts one person), `model` (how likely),
`ladder` (what follows). `user_agents` and `networks` name what events carry.

Pure: standard library only, no clock, nothing drawn at random. Equal rows give equal figures,
however often and in whatever order they came.
"""
