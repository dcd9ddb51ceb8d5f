"""The page: serves the built web application and what it is to show."""

from voxface.viewer.built_page import page_folder
from voxface.viewer.offer import Offer, offer_any, offer_clip, offer_mesh, offer_rig, offer_sound
from voxface.viewer.serve import address_of, listen, serve
from voxface.viewer.site import Site

__all__ = [
    "Offer",
    "Site",
    "address_of",
    "listen",
    "offer_any",
    "offer_clip",
    "offer_mesh",
    "offer_rig",
    "offer_sound",
    "page_folder",
    "serve",
]
