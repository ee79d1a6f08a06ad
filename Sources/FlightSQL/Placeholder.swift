enum FlightSQLPlaceholder {}
