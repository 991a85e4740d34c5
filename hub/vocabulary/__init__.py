"""The fixed lists of the field: subjects, licences, audiences, levels, languages."""
