"""
The command centre's wall (指挥大屏): two fixed stages of 1920×1080 and 3840×1080 pixels, scaled as a whole.

`facts` asks the store, `blocks` and its neighbours write what stands where, `picture` draws the map once a run, and
`show` hands all of it to the browser, where ``views/js/wall.js`` keeps the last good picture whatever happens.
"""
