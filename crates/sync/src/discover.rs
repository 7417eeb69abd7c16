//! Hubs in the shop, found by mDNS.
