"""Files made by code for the tests of what comes from outside; none is stored."""
