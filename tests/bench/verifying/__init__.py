"""Who verifies people and who runs their numbers, as benches need them, and people who go through verifications."""
