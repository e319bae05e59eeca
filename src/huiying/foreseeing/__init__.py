"""Looking ahead （六）: consultations on a draft policy and the surveys that go with them (C4.2)."""
