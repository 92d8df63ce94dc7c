"""`leeway explore`: the page, served to a browser on this machine (extra `web`).

serve.py      the port, the server and its end
protocol.py   what a connection may do: time and sizes
guard.py      what a request may be, before anything looks at it
app.py        the addresses, and what each answers
handling.py   what the addresses share: waiting for work, refusing in words
query.py      a query string, read strictly
answers.py    what is computed for an address
reporting.py  the report of a state of the page
work.py       who computes next
ahead.py      what is likely to be asked next, in idle moments
kept.py       answers kept, up to a number of bytes
budget.py     how much a client may ask for
clients.py    who asks
shelf.py      scenarios there are to choose from
page.py       the files of the page
"""
