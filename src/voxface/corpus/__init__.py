"""Speech corpora: recordings with the phones that are spoken in them and when."""
