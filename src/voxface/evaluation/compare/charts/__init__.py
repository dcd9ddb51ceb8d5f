"""Charts of a comparison: arrays in, inline SVG out that follows the page's colours."""
