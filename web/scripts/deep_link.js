// Carries the teacher's choice back to the platform, as the button does where scripts do not run.
document.getElementById("deep-link").submit();
