"""Boards: pages of pictures and tables that open from the disk, made from the marts by what `boards/*.yml` says."""
